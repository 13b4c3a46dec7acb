-- The group's rooftops with the makes and dealer codes they hold.
with franchises as (

    select
        rooftop_id,
        make,
        dealer_code,
        row_number() over (partition by rooftop_id, make order by from_date, dealer_code) as make_number,
        row_number() over (partition by rooftop_id, dealer_code order by from_date, make) as code_number
    from {{ source('compiled', 'franchises') }}

),

franchise_lists as (

    select
        rooftop_id,
        {{ dbt.listagg("case when make_number = 1 then make end", "', '", "order by make") }} as makes,
        {{ dbt.listagg("case when code_number = 1 then dealer_code end", "', '", "order by dealer_code") }}
            as dealer_codes
    from franchises
    group by rooftop_id

)

select
    rooftops.rooftop_id,
    rooftops.rooftop_name,
    rooftops.group_name,
    rooftops.city,
    rooftops.state_code,
    rooftops.region_code,
    rooftops.time_zone,
    franchise_lists.makes,
    franchise_lists.dealer_codes,
    rooftops.opened_date,
    rooftops.is_open_sundays
from {{ source('compiled', 'rooftops') }} as rooftops
left join franchise_lists
    on rooftops.rooftop_id = franchise_lists.rooftop_id
