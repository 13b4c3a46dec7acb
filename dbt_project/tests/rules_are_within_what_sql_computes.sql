{{ config(meta={'dagster': {'ref': {'name': 'int_program_periods_in_force'}}}) }}

-- The rulebook's language can say one thing that no feed delivers so far: units by wholesale shipment. A program that
-- counts them must stop the build by name, and never show as a standing of none.
with beyond as (

    select
        program_code,
        program_version,
        'units count by wholesale shipment, which no feed delivers' as rule_text
    from {{ source('compiled', 'programs') }}
    where basis = 'wholesale'

)

select distinct
    beyond.program_code,
    beyond.program_version,
    beyond.rule_text
from beyond
inner join {{ ref('int_program_periods_in_force') }} as periods
    on
        beyond.program_code = periods.program_code
        and beyond.program_version = periods.program_version
