-- Every rooftop × program × period that a ruling version enrols has exactly one row in fct_program_standing, and one
-- per element in fct_element_standing; fails with those that are missing or doubled. Enrolments are counted from the
-- compiled rules by themselves, not from the models under test.
-- It asks several models, so Dagster has to be told whose check it is.
{{ config(meta={'dagster': {'ref': {'name': 'fct_program_standing'}}}) }}

with ruling_periods as (

    select
        periods.program_code,
        periods.period_code,
        periods.period_start_date,
        periods.period_end_date,
        periods.program_version
    from {{ source('compiled', 'program_periods') }} as periods
    where
        periods.period_start_date <= {{ as_of_date() }}
        and periods.period_start_date
        >= cast({{ dbt.dateadd("year", -1 * var("history_years"), as_of_date()) }} as date)
        and periods.program_version = (
            select max(programs.program_version)
            from {{ source('compiled', 'programs') }} as programs
            where
                programs.program_code = periods.program_code
                and programs.announced_date <= {{ known_date() }}
                and programs.effective_date <= periods.period_end_date
                and coalesce(programs.ends_date, periods.period_start_date) >= periods.period_start_date
        )

),

expected as (

    select distinct
        enrolments.rooftop_id,
        ruling_periods.program_code,
        ruling_periods.period_code,
        elements.element_code
    from ruling_periods
    inner join {{ source('compiled', 'enrolments') }} as enrolments
        on
            ruling_periods.program_code = enrolments.program_code
            and ruling_periods.program_version = enrolments.program_version
            and ruling_periods.period_end_date >= coalesce(enrolments.from_date, ruling_periods.period_end_date)
            and ruling_periods.period_start_date <= coalesce(enrolments.to_date, ruling_periods.period_start_date)
    inner join {{ source('compiled', 'elements') }} as elements
        on
            ruling_periods.program_code = elements.program_code
            and ruling_periods.program_version = elements.program_version

),

standing as (

    select
        programs.rooftop_id,
        programs.program_code,
        programs.period_code,
        elements.element_code,
        count(*) as row_count
    from {{ ref('fct_program_standing') }} as programs
    left join {{ ref('fct_element_standing') }} as elements
        on
            programs.rooftop_id = elements.rooftop_id
            and programs.program_code = elements.program_code
            and programs.period_code = elements.period_code
    group by programs.rooftop_id, programs.program_code, programs.period_code, elements.element_code

)

select
    coalesce(expected.rooftop_id, standing.rooftop_id) as rooftop_id,
    coalesce(expected.program_code, standing.program_code) as program_code,
    coalesce(expected.period_code, standing.period_code) as period_code,
    coalesce(expected.element_code, standing.element_code) as element_code,
    coalesce(standing.row_count, 0) as row_count
from expected
full outer join standing
    on
        expected.rooftop_id = standing.rooftop_id
        and expected.program_code = standing.program_code
        and expected.period_code = standing.period_code
        and expected.element_code = standing.element_code
where coalesce(standing.row_count, 0) <> 1 or expected.rooftop_id is null
