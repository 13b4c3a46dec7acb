-- What could not be used: whole files (no row number) and single rows, each with where and why.
with whole_files as (

    select
        source_file,
        cast(null as bigint) as source_row,
        source_kind,
        vendor_code,
        cast(null as varchar) as column_name,
        coalesce(reason, 'no vendor mapping recognises the file') as reason,
        cast(null as varchar) as offending_value,
        known_at
    from {{ ref('stg_landing__files') }}
    where outcome in ('set_aside', 'unrecognised')

),

single_rows as (

    select
        source_file,
        source_row,
        source_kind,
        vendor_code,
        column_name,
        reason,
        offending_value,
        known_at
    from {{ ref('stg_landing__quarantine') }}

)

select * from whole_files
union all
select * from single_rows
