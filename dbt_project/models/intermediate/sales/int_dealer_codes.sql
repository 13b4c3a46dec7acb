-- Which rooftop holds an OEM's dealer code, from when to when. One code may carry several makes.
select
    oem_code,
    dealer_code,
    rooftop_id,
    min({{ since("from_date") }}) as from_date,
    max({{ until("to_date") }}) as to_date
from {{ source('compiled', 'franchises') }}
group by oem_code, dealer_code, rooftop_id
