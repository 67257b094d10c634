import { AppUserEntity } from './app-user.entity.js';
import { RefreshSessionEntity } from './refresh-session.entity.js';
import { AccountEntity } from './account.entity.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { TierEntity } from './tier.entity.js';
import { ProviderEntity } from './provider.entity.js';
import { ModelEntity } from './model.entity.js';
import { EndpointEntity } from './endpoint.entity.js';
import { PriceEntity } from './price.entity.js';
import { TokenPriceEntity } from './token-price.entity.js';
import { ExpertTemplateEntity } from './expert-template.entity.js';
import { TemplateGrantEntity } from './template-grant.entity.js';
import { SettingEntity } from './setting.entity.js';
import { NotificationEntity } from './notification.entity.js';
import { AnnouncementEntity } from './announcement.entity.js';
import { AnnouncementDismissalEntity } from './announcement-dismissal.entity.js';
import { UsageNoteEntity } from './usage-note.entity.js';
import { AlertRuleEntity } from './alert-rule.entity.js';

export {
  AppUserEntity,
  RefreshSessionEntity,
  AccountEntity,
  ApiKeyEntity,
  TierEntity,
  ProviderEntity,
  ModelEntity,
  EndpointEntity,
  PriceEntity,
  TokenPriceEntity,
  ExpertTemplateEntity,
  TemplateGrantEntity,
  SettingEntity,
  NotificationEntity,
  AnnouncementEntity,
  AnnouncementDismissalEntity,
  UsageNoteEntity,
  AlertRuleEntity,
};

/** Entities of the configuration tables. Money tables have none: no `save()` can write money. */
export const ENTITIES = [
  AppUserEntity,
  RefreshSessionEntity,
  AccountEntity,
  ApiKeyEntity,
  TierEntity,
  ProviderEntity,
  ModelEntity,
  EndpointEntity,
  PriceEntity,
  TokenPriceEntity,
  ExpertTemplateEntity,
  TemplateGrantEntity,
  SettingEntity,
  NotificationEntity,
  AnnouncementEntity,
  AnnouncementDismissalEntity,
  UsageNoteEntity,
  AlertRuleEntity,
];
