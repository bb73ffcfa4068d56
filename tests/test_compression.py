"""Pages travel compressed."""

import gzip

from tests.factories import Cast


def test_a_page_is_compressed_for_who_can_read_that(cast: Cast) -> None:
    plain = cast.client().get("/needs/")
    packed = cast.client().get("/needs/", headers={"accept-encoding": "gzip"})
    assert (plain.headers.get("Content-Encoding"), packed["Content-Encoding"]) == (None, "gzip")
    assert "Accept-Encoding" in packed["Vary"]
    assert gzip.decompress(packed.content).lstrip().startswith(b"<!DOCTYPE html>")
    assert len(packed.content) < len(plain.content) / 3
