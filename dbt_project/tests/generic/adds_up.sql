{#- Fails for every row whose parts don't add up to the total, to the cent. -#}
{% test adds_up(model, total, parts) %}

    select
        {{ total }},
        {{ parts | join(", ") }}
    from {{ model }}
    where {{ parts | join(" + ") }} <> {{ total }}

{% endtest %}
