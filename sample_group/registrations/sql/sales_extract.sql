-- DealerVault-like sales. The customer is invented, to be dropped at landing.
select
    dealer_code as "Store Number",
    'D' || serial as "Deal Number",
    'S' || serial as "Stock Number",
    vin as "VIN",
    maker as "Make",
    model as "Model",
    '' as "Trim",
    model_year as "Year",
    powertrain as "Fuel Type",
    'N' as "New/Used",
    'Retail' as "Sale Type",
    'F' as "Deal Status",
    strftime(date_reg, '%m/%d/%Y') as "Contract Date",
    strftime(date_reg, '%m/%d/%Y') as "Delivery Date",
    strftime(date_reg, '%m/%d/%Y') as "Finalized Date",
    msrp_amount as "MSRP",
    0.00 as "Front Gross",
    strftime(date_reg, '%m/%d/%Y') || ' 20:00:00' as "Last Update Date",
    'Testkunde Nr. ' || serial as "Customer Name"
from deals
where date_reg between date '{start}' and date '{end}'
order by serial
