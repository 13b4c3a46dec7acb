-- Every distinct ladder that some store climbs, today or on a recent day, or would if a rule earned a period back.
with keys as (

    select
        program_code,
        program_version,
        element_code,
        ladder_key,
        target_units,
        cap_base_units,
        fixed_tier_number
    from {{ ref('int_element_targets') }}
    union
    select
        program_code,
        program_version,
        element_code,
        ladder_key,
        target_units,
        cap_base_units,
        fixed_tier_number
    from {{ ref('int_daily_targets') }}
    union
    select
        targets.program_code,
        targets.program_version,
        targets.element_code,
        {{ ladder_key("targets", "targets.target_units", "targets.cap_base_units", "rules.tier_number") }}
            as ladder_key,
        targets.target_units,
        targets.cap_base_units,
        rules.tier_number as fixed_tier_number
    from {{ ref('int_element_targets') }} as targets
    inner join {{ source('compiled', 'across_rules') }} as rules
        on
            targets.program_code = rules.program_code
            and targets.element_code = rules.element_code
    where rules.rule_kind in ('catch_up', 'last_period')

)

select * from keys
where ladder_key is not null
