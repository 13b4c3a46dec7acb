{{ landed_rows('portal/payments', [
    'oem_code',
    'dealer_code',
    'statement_number',
    'statement_date',
    'program_code',
    'period_code',
    'vin',
    'units',
    'amount',
]) }}
