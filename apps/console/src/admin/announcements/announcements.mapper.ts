import type { AnnouncementView } from '@weir/contracts';
import type { AnnouncementRow } from './announcements.repository.js';

/** Without the sort key and the moment's state. */
export const toAnnouncementView = ({
  starts_us: _sortKey,
  running: _now,
  ...row
}: AnnouncementRow): AnnouncementView => row;
