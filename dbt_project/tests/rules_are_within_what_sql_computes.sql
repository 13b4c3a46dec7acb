{{ config(meta={'dagster': {'ref': {'name': 'int_program_periods_in_force'}}}) }}

-- The rulebook's language can say more than the models compute so far. A rule that they would leave out must stop the
-- build by name, and never show as a standing without it. Takes a line out here with the model that computes it.
with beyond as (

    select
        program_code,
        program_version,
        'units count by wholesale shipment, which no feed delivers' as rule_text
    from {{ source('compiled', 'programs') }}
    where basis = 'wholesale'
    union all
    select
        program_code,
        program_version,
        'rule across periods ' || rule_code as rule_text
    from {{ source('compiled', 'across_rules') }}
    union all
    select
        program_code,
        program_version,
        'deduction of the program ' || deduction_code as rule_text
    from {{ source('compiled', 'program_deductions') }}
    union all
    select
        program_code,
        program_version,
        'stacking ' || stacking_code as rule_text
    from {{ source('compiled', 'stackings') }}

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
