select
    library,
    visits::bigint as visits,
    opened::date as opened,
    {{ share('visits::bigint', 'sum(visits::bigint) over ()') }} as share_of_visits
from {{ source('bronze', 'visits') }}
order by library
