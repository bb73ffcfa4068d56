"""Rows that are read beside the one that they hang on."""

from decimal import Decimal
from typing import Any

from django.db.models import OuterRef

from scenarios.beside import rows_beside, rows_of
from scenarios.models import Event, Indicator, Need
from tests.factories import Cast, published_need


def beside(need: Need, *names: str) -> Any:
    rows = Indicator.objects.filter(need=OuterRef("pk")).order_by("position")
    return Need.objects.annotate(found=rows_beside(rows, *names)).get(pk=need.pk).found  # type: ignore[attr-defined]


def test_rows_come_in_their_order_and_as_exact_as_they_are_stored(cast: Cast) -> None:
    need = published_need(cast)
    stored = list(need.indicators.order_by("position"))
    assert len(stored) > 1
    found = rows_of(Indicator, beside(need, "id", "need_id", "metric", "target", "essential"), need={need.pk: need})
    assert found == stored
    assert [row.target for row in found] == [row.target for row in stored]
    assert all(isinstance(row.target, Decimal) for row in found if row.target is not None)
    assert all(row.need is need for row in found)


def test_what_was_not_named_is_read_when_it_is_asked_for(cast: Cast, django_assert_num_queries: Any) -> None:
    need = published_need(cast)
    row, *_rest = rows_of(Indicator, beside(need, "id", "metric"))
    with django_assert_num_queries(0):
        assert row.metric == "漏检率"
    with django_assert_num_queries(1):
        assert row.unit == "%"


def test_without_names_every_column_is_there(cast: Cast, django_assert_num_queries: Any) -> None:
    stored = Event.objects.about("need", published_need(cast).pk).order_by("pk").last()
    rows = Event.objects.filter(subject_id=OuterRef("pk"), pk=stored.pk)
    found = Need.objects.annotate(found=rows_beside(rows)).get(pk=stored.subject_id).found  # type: ignore[attr-defined]
    with django_assert_num_queries(0):
        (row,) = rows_of(Event, found)
        assert {field.attname: getattr(row, field.attname) for field in Event._meta.concrete_fields} == {
            field.attname: getattr(stored, field.attname) for field in Event._meta.concrete_fields
        }
    assert row.at.tzinfo is not None


def test_where_nothing_hangs_there_are_no_rows(cast: Cast) -> None:
    need = published_need(cast)
    none = Need.objects.annotate(found=rows_beside(Indicator.objects.filter(pk__in=[]), "id")).get(pk=need.pk)
    assert rows_of(Indicator, none.found) == []  # type: ignore[attr-defined]
    assert rows_of(Indicator, beside(Need.objects.create(owner=cast.enterprise_org, title_zh="空"), "id")) == []
