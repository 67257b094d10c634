import { Injectable } from '@nestjs/common';
import type { AnnouncementView } from '@weir/contracts';
import type { Identity } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import { AnnouncementsRepository } from './announcements.repository.js';

@Injectable()
export class AnnouncementsService {
  constructor(private readonly repository: AnnouncementsRepository) {}

  async list(caller: Identity): Promise<{ items: AnnouncementView[]; next_cursor: null }> {
    return { items: await this.repository.current(caller.userId), next_cursor: null };
  }

  async dismiss(caller: Identity, id: string): Promise<void> {
    if (!(await this.repository.dismiss(caller.userId, id))) throw notFound('announcement');
  }
}
