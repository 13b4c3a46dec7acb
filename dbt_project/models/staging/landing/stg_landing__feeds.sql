-- The feeds that the vendor mappings declare, with how often a file is expected. Landing exports them; a home that was
-- landed before it did has none, and every feed then goes by the var `feed_expected_days`.
{%- if landing_has('feeds') %}
    select
        vendor_code,
        source_kind,
        rooftop_id,
        expected_every_days
    from {{ source('landing', 'feeds') }}
{%- else %}
    select
        cast(null as varchar) as vendor_code,
        cast(null as varchar) as source_kind,
        cast(null as varchar) as rooftop_id,
        cast(null as integer) as expected_every_days
    where false
{%- endif %}
