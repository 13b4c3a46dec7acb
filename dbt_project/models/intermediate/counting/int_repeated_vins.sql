-- Cars with more than one sale. Only among these can one sale stand in for another, so only these are ordered.
select vin
from {{ ref('int_sales') }}
group by vin
having count(*) > 1
