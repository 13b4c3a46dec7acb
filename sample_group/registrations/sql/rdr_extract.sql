-- Retail delivery reports, each accepted on the day of its sale.
select
    '{oem}' as "OEM",
    dealer_code as "Dealer Code",
    'R' || serial as "RDR Number",
    vin as "VIN",
    maker as "Make",
    model as "Model",
    '' as "Trim",
    model_year as "Model Year",
    powertrain as "Powertrain",
    'New' as "Vehicle Type",
    'Retail' as "Sale Type",
    msrp_amount as "MSRP",
    strftime(date_reg, '%Y-%m-%d') as "Sale Date",
    'Accepted' as "Event",
    strftime(date_reg, '%Y-%m-%d') || ' 20:00:00' as "Event Time",
    '' as "Reject Reason"
from deals
where date_reg between date '{start}' and date '{end}'
order by serial
