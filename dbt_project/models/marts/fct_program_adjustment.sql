{{ config(tags=['settled']) }}
-- What rules over several periods or between programs change of a period's amounts: one row a change, with the rule,
-- the bulletin that states it, and the figures that it went by.
select
    adjustments.rooftop_id,
    adjustments.program_code,
    adjustments.period_code,
    adjustments.adjustment_number,
    adjustments.rule_kind,
    adjustments.rule_code,
    adjustments.rule_program_code,
    adjustments.rule_program_version,
    adjustments.amount_earned,
    adjustments.amount_held,
    adjustments.rule_text,
    adjustments.evidence_text,
    programs.bulletin_number,
    programs.bulletin_file
from {{ source('settled', 'adjustments') }} as adjustments
inner join {{ ref('dim_program') }} as programs
    on
        adjustments.rule_program_code = programs.program_code
        and adjustments.rule_program_version = programs.program_version
