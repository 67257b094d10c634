import { Module } from '@nestjs/common';
import { AdminAnnouncementsModule } from './announcements/announcements.module.js';
import { AdminCatalogueModule } from './catalogue/catalogue.module.js';
import { AdminCreditsModule } from './credits/credits.module.js';
import { AdminEndpointsModule } from './endpoints/endpoints.module.js';
import { AdminModelsModule } from './models/models.module.js';
import { AdminPricesModule } from './prices/prices.module.js';
import { AdminProvidersModule } from './providers/providers.module.js';
import { AdminTemplatesModule } from './templates/templates.module.js';
import { AdminTiersModule } from './tiers/tiers.module.js';
import { AdminTokenPriceModule } from './token-price/token-price.module.js';
import { AdminUnpricedModelsModule } from './unpriced-models/unpriced-models.module.js';
import { AdminUsersModule } from './users/users.module.js';

/** Everything under /api/admin. */
@Module({
  imports: [
    AdminUsersModule,
    AdminCreditsModule,
    AdminProvidersModule,
    AdminEndpointsModule,
    AdminModelsModule,
    AdminPricesModule,
    AdminCatalogueModule,
    AdminTokenPriceModule,
    AdminUnpricedModelsModule,
    AdminTemplatesModule,
    AdminTiersModule,
    AdminAnnouncementsModule,
  ],
})
export class AdminModule {}
