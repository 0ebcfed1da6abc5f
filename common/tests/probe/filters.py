from typing import ClassVar

from common.api import filters


class PersonFilterSet(filters.StrictFilterSet):
    min_number = filters.WholeNumberFilter("telegram_id", "gte", least=0, most=10**12)
    max_number = filters.WholeNumberFilter("telegram_id", "lte", least=0, most=10**12)
    amount = filters.DecimalFilter("telegram_id", "gte", least=0, most=10**9)
    created_after = filters.InstantFilter("created_at", "gte")
    created_on = filters.DateFilter("created_at", "date")
    created_year = filters.WholeNumberFilter("created_at", "year", least=1970, most=2200)
    staff = filters.FlagFilter("is_staff")
    language = filters.WordFilter("language", words=["en", "hi"])
    id = filters.IdFilter("id")
    ids = filters.IdsFilter("id")
    search = filters.SearchFilter(columns=["first_name", "last_name"])
    sort_by = filters.SortFilter(columns={"name": "first_name", "-name": "-first_name"})

    ranges: ClassVar = [("min_number", "max_number")]
