-- Which rooftop holds an OEM's dealer code, from when to when. One code may carry several makes.
select
    oem_code,
    dealer_code,
    rooftop_id,
    min(from_date) as from_date,
    max(coalesce(to_date, cast('9999-12-31' as date))) as to_date
from {{ source('compiled', 'franchises') }}
group by oem_code, dealer_code, rooftop_id
