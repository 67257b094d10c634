import { randomBytes } from 'node:crypto';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../http/access.js';
import { ApiError } from '../http/api-error.js';
import { isApiPath, pagePolicy } from '../http/security-headers.js';
import { SETTINGS, type ConsoleSettings } from '../settings.js';
import { DashboardFiles } from './dashboard-files.js';
import { renderPage } from './page.js';

/** A path that names a file rather than a screen; a missing one must not answer the page. */
const FILE_LIKE = /\.[A-Za-z0-9]{1,12}$/;

/** The dashboard: its files, and its page at every other path that is not the API's. */
@ApiExcludeController()
@Controller()
export class StaticController {
  private readonly files: DashboardFiles;

  constructor(@Inject(SETTINGS) private readonly settings: ConsoleSettings) {
    this.files = new DashboardFiles(settings.dashboardDir);
  }

  @Get('*')
  @Access('public')
  async serve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const path = request.url.split('?', 1)[0] ?? '/';
    if (isApiPath(path)) throw new ApiError('not_found');
    const file = path === '/index.html' ? undefined : this.files.at(path);
    if (file) await this.sendFile(path, request, reply);
    else if (FILE_LIKE.test(path) && path !== '/index.html') throw new ApiError('not_found');
    else this.sendPage(request, reply);
  }

  private async sendFile(
    path: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const file = this.files.at(path);
    if (!file) throw new ApiError('not_found');
    void reply.headers({
      'content-type': file.type,
      etag: file.etag,
      vary: 'accept-encoding',
      'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    if (request.headers['if-none-match'] === file.etag) {
      void reply.code(304).send();
      return;
    }
    const accepted = request.headers['accept-encoding'];
    const { body, encoding } = await this.files.encoded(
      path,
      typeof accepted === 'string' ? accepted : '',
    );
    if (encoding !== null) void reply.header('content-encoding', encoding);
    void reply.send(body);
  }

  private sendPage(request: FastifyRequest, reply: FastifyReply): void {
    const index = this.files.at('/index.html');
    if (!index)
      throw new ApiError(
        'storage_unavailable',
        'The dashboard is not built. Run `npm run build`; the API works without it.',
      );
    const nonce = randomBytes(16).toString('base64url');
    const { host } = request.headers;
    const scheme = this.settings.publicUrl.startsWith('https:') ? 'wss' : 'ws';
    // The host is echoed only where it is a plain host and port, so it cannot add a directive.
    const socketOrigin =
      host !== undefined && /^[A-Za-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:]+\](:\d{1,5})?$/i.test(host)
        ? `${scheme}://${host}`
        : '';
    void reply
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': pagePolicy(nonce, socketOrigin),
      })
      .send(renderPage(index.content.toString('utf8'), nonce));
  }
}
