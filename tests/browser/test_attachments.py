"""A response while it is being written: files beside it, and what cannot be kept as it is typed."""

from functools import partial

import pytest

from marketplace.models import ResponseAttachment
from tests.browser.conftest import PageMaker
from tests.browser.people import Person, session_of
from tests.calls import drafted, sealed_call
from tests.factories import Cast
from tests.marketplace.test_responses import PDF

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_files_are_attached_and_removed_without_leaving_the_editor(
    cast: Cast, open_page: PageMaker, language: str
) -> None:
    response = drafted(sealed_call(cast).call, cast.supplier)
    supplier = Person(partial(open_page, refusals=True), cast.supplier, language)
    page = supplier.page
    page.goto(f"{page.url}workspace/responses/{response.pk}/edit/")
    page.locator("#id_plan").fill("正在写的方案")
    page.locator("#attachments input[type=file]").set_input_files(
        {"name": "检测报告.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    supplier.button("Attach").click()
    page.get_by_text(supplier.word("The file is attached.")).wait_for()
    assert page.locator("#attachments li > span").all_inner_texts() == ["检测报告.pdf"]
    assert page.locator("#id_plan").input_value() == "正在写的方案"
    page.locator("#attachments input[type=file]").set_input_files(
        {"name": "说明.pdf", "mimeType": "application/pdf", "buffer": b"no such file"}
    )
    supplier.button("Attach").click()
    page.locator("#attachments [id$=_error]").wait_for()
    assert page.locator("#id_plan").input_value() == "正在写的方案"
    supplier.button("Remove").click()
    page.locator("#confirm-dialog [value=yes]").click()
    page.get_by_text(supplier.word("The file is removed.")).wait_for()
    assert not ResponseAttachment.objects.exists()
    assert page.locator("#id_plan").input_value() == "正在写的方案"


def test_what_cannot_be_kept_as_it_is_typed_is_said_and_nothing_is_lost(cast: Cast, open_page: PageMaker) -> None:
    response = drafted(sealed_call(cast).call, cast.supplier)
    address = f"/workspace/responses/{response.pk}/edit/"
    page = open_page(address, locale="en", cookies=session_of(cast.supplier), refusals=True)
    value = page.locator("[name=commitments-0-value]")
    value.fill("0.12345")  # more decimals than an indicator has
    page.locator(".saved[data-state=failed]").wait_for()
    assert page.locator("#response-version").input_value() == str(response.version)
    value.fill("0.3")
    page.locator(".saved[data-state=done]").wait_for()
    response.refresh_from_db()
    assert page.locator("#response-version").input_value() == str(response.version)
    assert '"0.3"' in response.content
