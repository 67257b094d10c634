import type { EndpointView } from '@weir/contracts';
import type { EndpointRow } from './endpoints.repository.js';

/** Without the sort key. */
export const toEndpointView = ({ created_us: _sortKey, ...row }: EndpointRow): EndpointView => row;
