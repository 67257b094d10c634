import { Module } from '@nestjs/common';
import { ApiKeySecrets } from './api-key-secrets.js';
import { KeysController } from './keys.controller.js';
import { KeysRepository } from './keys.repository.js';
import { KeysService } from './keys.service.js';

@Module({ controllers: [KeysController], providers: [KeysService, KeysRepository, ApiKeySecrets] })
export class KeysModule {}
