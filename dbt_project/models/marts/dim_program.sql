-- Every version of every program announced by the moment of knowledge, with the bulletin it comes from. Current is the
-- highest version in effect on the as-of date, or, before the first takes effect, the lowest.
with known_versions as (

    select
        *,
        row_number() over (
            partition by program_code
            order by
                case when effective_date <= {{ as_of_date() }} then 0 else 1 end,
                case when effective_date <= {{ as_of_date() }} then -1 * program_version else program_version end
        ) as currency_order
    from {{ source('compiled', 'programs') }}
    where announced_date <= {{ known_date() }}

)

select
    program_code,
    program_version,
    program_name,
    oem_code,
    period_grain,
    announced_date,
    effective_date,
    bulletin_number,
    bulletin_date,
    bulletin_file,
    rule_summary,
    currency_order = 1 as is_current,
    pays_money
from known_versions
