-- Every day of the history up to the as-of date.
with days as (

    {{ dbt.date_spine(
        "day",
        "cast(" ~ dbt.dateadd("year", -1 * var("history_years"), as_of_date()) ~ " as date)",
        "cast(" ~ dbt.dateadd("day", 1, as_of_date()) ~ " as date)"
    ) }}

)

select cast(date_day as date) as date_day
from days
