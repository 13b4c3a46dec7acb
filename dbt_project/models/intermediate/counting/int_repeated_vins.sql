-- Cars with more than one sale, or more than one shipment. Only among these can one stand in for another, so only
-- these are ordered.
select vin
from {{ ref('int_sales') }}
group by vin
having count(*) > 1
union
select vin
from {{ ref('int_shipments') }}
group by vin
having count(*) > 1
