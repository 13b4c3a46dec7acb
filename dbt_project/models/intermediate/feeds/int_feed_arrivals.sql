-- What arrived of each feed: per vendor and kind for the group, and for DMS kinds per rooftop too, as one vendor's file
-- may carry one store up to date and another not at all. Rows set aside belong to a file, so only the group's
-- line counts them.
with files as (

    select
        *,
        row_number() over (
            partition by vendor_code, source_kind
            order by
                case when outcome = 'landed' then 0 else 1 end, known_at desc, source_file desc
        ) as file_number
    from {{ ref('stg_landing__files') }}
    where vendor_code is not null and source_kind is not null

),

group_feeds as (

    select
        vendor_code,
        source_kind,
        cast(null as varchar) as rooftop_id,
        max(case when file_number = 1 and outcome = 'landed' then source_file end) as last_source_file,
        max(case when outcome = 'landed' then known_at end) as last_known_at,
        sum(case when outcome = 'landed' then 1 else 0 end) as files_landed_count,
        sum(case when outcome = 'set_aside' then 1 else 0 end) as files_set_aside_count,
        sum(case when outcome = 'landed' then coalesce(rows_landed, 0) else 0 end) as rows_landed_count,
        sum(case when outcome = 'landed' then coalesce(rows_set_aside, 0) else 0 end) as rows_set_aside_count
    from files
    group by vendor_code, source_kind

),

rooftop_files as (

    select
        vendor_code,
        'dms/deals' as source_kind,
        rooftop_id,
        content_hash,
        source_file,
        known_at,
        count(*) as row_count
    from {{ ref('stg_dms__deals') }}
    group by vendor_code, rooftop_id, content_hash, source_file, known_at
    union all
    select
        vendor_code,
        'dms/inventory' as source_kind,
        rooftop_id,
        content_hash,
        source_file,
        known_at,
        count(*) as row_count
    from {{ ref('stg_dms__inventory') }}
    group by vendor_code, rooftop_id, content_hash, source_file, known_at

),

ordered_rooftop_files as (

    select
        *,
        row_number() over (
            partition by vendor_code, source_kind, rooftop_id
            order by known_at desc, source_file desc
        ) as file_number
    from rooftop_files

),

rooftop_feeds as (

    select
        vendor_code,
        source_kind,
        rooftop_id,
        max(case when file_number = 1 then source_file end) as last_source_file,
        max(known_at) as last_known_at,
        count(*) as files_landed_count,
        cast(null as bigint) as files_set_aside_count,
        sum(row_count) as rows_landed_count,
        cast(null as bigint) as rows_set_aside_count
    from ordered_rooftop_files
    group by vendor_code, source_kind, rooftop_id

)

select * from group_feeds
union all
select * from rooftop_feeds
