{{ config(meta={'dagster': {'ref': {'name': 'int_program_periods_in_force'}}}) }}

-- Where there is no feed of what a rule goes by, declared or ever arrived, nothing is known of it, and a standing would
-- show none: no shipment, no strike. The build stops by the program's name. A feed that is late shows in their health.
with needed as (

    select
        program_code,
        program_version,
        'portal/shipments' as source_kind
    from {{ source('compiled', 'programs') }}
    where basis = 'wholesale'
    union all
    select
        program_code,
        program_version,
        'portal/compliance_items' as source_kind
    from {{ source('compiled', 'program_deductions') }}
    where kind = 'strikes'

),

feeds as (

    select distinct source_kind
    from {{ ref('fct_feed_health') }}

)

select distinct
    needed.program_code,
    needed.program_version,
    needed.source_kind
from needed
inner join {{ ref('int_program_periods_in_force') }} as periods
    on
        needed.program_code = periods.program_code
        and needed.program_version = periods.program_version
left join feeds
    on needed.source_kind = feeds.source_kind
where feeds.source_kind is null
