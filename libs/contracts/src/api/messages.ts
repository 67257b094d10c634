import { z } from 'zod';
import { instant } from './shapes.js';

export const notificationView = z.object({
  id: z.uuid(),
  kind: z.string(),
  title: z.string(),
  body: z.string(),
  data: z.record(z.string(), z.unknown()),
  created_at: instant,
  read_at: instant.nullable(),
});
export type NotificationView = z.infer<typeof notificationView>;
export const notificationList = z.object({
  items: z.array(notificationView),
  unread: z.number().int(),
  next_cursor: z.string().nullable(),
});
export const readNotificationsBody = z.strictObject({
  ids: z.array(z.uuid()).max(500).optional(),
  all: z.boolean().optional(),
});

const announcementFields = {
  title: z.string().min(1).max(200),
  body: z.string().max(4000),
  level: z.enum(['info', 'warning', 'critical']),
  starts_at: instant,
  ends_at: instant.nullable(),
};
export const announcementView = z.object({ id: z.uuid(), ...announcementFields });
export type AnnouncementView = z.infer<typeof announcementView>;
export const announcementBody = z.strictObject({
  ...z.object(announcementFields).partial().shape,
  title: announcementFields.title,
});
