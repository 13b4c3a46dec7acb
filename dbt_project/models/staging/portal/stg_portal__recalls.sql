{{ landed_rows('portal/recalls', [
    'oem_code',
    'vin',
    'campaign_code',
    'opened_date',
    'remedied_date',
    'row_updated_at',
]) }}
