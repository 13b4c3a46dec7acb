-- Each started period of each program with the one version that rules it: the highest announced by the moment of
-- knowledge, effective by the period's last day and not ended before its first. A version that changes the grain takes
-- the old grain's periods with it, so the choice is made before asking whether the version has that period. A period
-- that began before the history does would lack its first days, and is left out.
with known_versions as (

    select * from {{ source('compiled', 'programs') }}
    where announced_date <= {{ known_date() }}

),

started_periods as (

    select * from {{ source('compiled', 'program_periods') }}
    where
        period_start_date <= {{ as_of_date() }}
        and period_start_date >= cast({{ dbt.dateadd("year", -1 * var("history_years"), as_of_date()) }} as date)

),

ruling_versions as (

    select
        started_periods.program_code,
        started_periods.program_version,
        started_periods.period_code,
        max(known_versions.program_version) as ruling_version
    from started_periods
    inner join known_versions
        on
            started_periods.program_code = known_versions.program_code
            and started_periods.period_end_date >= known_versions.effective_date
            and started_periods.period_start_date
            <= coalesce(known_versions.ends_date, started_periods.period_start_date)
    group by
        started_periods.program_code,
        started_periods.program_version,
        started_periods.period_code
)

select
    started_periods.program_code,
    started_periods.program_version,
    started_periods.period_code,
    started_periods.period_start_date,
    started_periods.period_end_date,
    started_periods.base_start_date,
    started_periods.base_end_date,
    started_periods.claim_deadline_date,
    started_periods.report_deadline_date,
    known_versions.report_days_after_sale,
    known_versions.program_name,
    known_versions.oem_code,
    known_versions.period_grain,
    known_versions.basis,
    known_versions.unwind_lands,
    known_versions.cap_amount,
    known_versions.cap_msrp_share,
    known_versions.pays_money,
    known_versions.bulletin_number,
    started_periods.period_end_date >= {{ as_of_date() }} as is_open
from started_periods
inner join ruling_versions
    on
        started_periods.program_code = ruling_versions.program_code
        and started_periods.period_code = ruling_versions.period_code
        and started_periods.program_version = ruling_versions.program_version
        and started_periods.program_version = ruling_versions.ruling_version
inner join known_versions
    on
        started_periods.program_code = known_versions.program_code
        and started_periods.program_version = known_versions.program_version
