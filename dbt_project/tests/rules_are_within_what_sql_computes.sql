{{ config(meta={'dagster': {'ref': {'name': 'int_program_periods_in_force'}}}) }}

-- The rulebook's language can say more than the models compute so far. A rule that they would leave out must stop the
-- build by name, and never show as a standing without it. Takes a line out here with the model that computes it.
with beyond as (

    select
        program_code,
        program_version,
        'element ' || element_code || ' pays line by line' as rule_text
    from {{ source('compiled', 'elements') }}
    where is_paid_by_line
    union all
    select
        program_code,
        program_version,
        'element ' || element_code || ' is measured by a score' as rule_text
    from {{ source('compiled', 'elements') }}
    where edge_unit = 'score'
    union all
    select
        program_code,
        program_version,
        'element ' || element_code || ' caps by another base than its target' as rule_text
    from {{ source('compiled', 'elements') }}
    where cap_base_kind <> target_kind
    union all
    select
        program_code,
        program_version,
        'gate ' || gate_code || ' asks for ' || metric_source as rule_text
    from {{ source('compiled', 'gates') }}
    where metric_source not in ('csi_score', 'survey_average', 'compliance_items')
    union all
    select
        program_code,
        program_version,
        'gate ' || gate_code || ' asks for one item or a number of days' as rule_text
    from {{ source('compiled', 'gates') }}
    where item_code is not null or within_days is not null
    union all
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
        'reports are due some days after each sale' as rule_text
    from {{ source('compiled', 'programs') }}
    where report_days_after_sale is not null
    union all
    select
        program_code,
        program_version,
        'waivers' as rule_text
    from {{ source('compiled', 'waivers') }}
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
