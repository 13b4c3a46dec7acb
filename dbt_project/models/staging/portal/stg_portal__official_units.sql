{{ landed_rows('portal/official_units', [
    'oem_code',
    'dealer_code',
    'program_code',
    'period_code',
    'as_of_date',
    'vin',
    'is_counted',
    'reason',
]) }}
