-- The sum of the shares, where it is not 1
select sum(share_of_visits) as total
from {{ ref('library_visits') }}
having abs(sum(share_of_visits) - 1) > 1e-9
