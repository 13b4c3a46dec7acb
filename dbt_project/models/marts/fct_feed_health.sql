-- Each feed with how old its last file is against how often one is expected. A feed that lags is shown, not guessed
-- away. Lines without a rooftop are the vendor's whole feed of a kind.
with arrivals as (

    select
        vendor_code || '/' || source_kind || coalesce('/' || rooftop_id, '') as feed_id,
        *
    from {{ ref('int_feed_arrivals') }}

),

expectations as (

    select
        vendor_code,
        source_kind,
        max(rooftop_id) as rooftop_id,
        min(expected_every_days) as expected_every_days
    from {{ ref('stg_landing__feeds') }}
    group by vendor_code, source_kind

),

feeds as (

    select
        coalesce(arrivals.feed_id, expectations.vendor_code || '/' || expectations.source_kind) as feed_id,
        coalesce(arrivals.vendor_code, expectations.vendor_code) as vendor_code,
        coalesce(arrivals.source_kind, expectations.source_kind) as source_kind,
        case when arrivals.feed_id is null then expectations.rooftop_id else arrivals.rooftop_id end as rooftop_id,
        arrivals.last_source_file,
        arrivals.last_known_at,
        greatest({{ dbt.datediff("arrivals.last_known_at", as_of_at(), "minute") }}, 0) as age_minutes,
        coalesce(expectations.expected_every_days, {{ var('feed_expected_days') }}) as days_expected,
        arrivals.files_landed_count,
        arrivals.files_set_aside_count,
        arrivals.rows_landed_count,
        arrivals.rows_set_aside_count
    from arrivals
    full outer join expectations
        on
            arrivals.vendor_code = expectations.vendor_code
            and arrivals.source_kind = expectations.source_kind

)

select
    feed_id,
    vendor_code,
    source_kind,
    rooftop_id,
    last_source_file,
    last_known_at,
    case
        when last_known_at is not null
            then cast(
                cast({{ divided_half_up("age_minutes * 10", "60") }} as decimal(18, 0)) * 0.1 as decimal(12, 1)
            )
    end as age_hours,
    days_expected as expected_every_days,
    case
        when last_known_at is null then 'missing'
        when age_minutes > days_expected * 24 * 60 then 'late'
        else 'fresh'
    end as feed_state,
    cast(coalesce(files_landed_count, 0) as integer) as files_landed_count,
    cast(files_set_aside_count as integer) as files_set_aside_count,
    cast(coalesce(rows_landed_count, 0) as bigint) as rows_landed_count,
    cast(rows_set_aside_count as bigint) as rows_set_aside_count
from feeds
