import type { NotificationView } from '@weir/contracts';
import type { NotificationRow } from './notifications.repository.js';

/** One notification as the API shows it: without its sort key. */
export const toNotificationView = ({
  created_us: _sortKey,
  ...row
}: NotificationRow): NotificationView => row;
