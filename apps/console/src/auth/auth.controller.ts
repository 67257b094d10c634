import { Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  changePasswordBody,
  loginBody,
  session,
  type ChangePasswordBody,
  type LoginBody,
  type Session,
} from '@weir/contracts';
import { Access, BeforePasswordChange, Caller, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { SETTINGS, type ConsoleSettings } from '../settings.js';
import { AuthService, type Client, type OpenedSession } from './auth.service.js';
import {
  assertOwnOrigin,
  clearRefreshCookie,
  readRefreshCookie,
  setRefreshCookie,
} from './refresh-cookie.js';

/** Sessions: the access token travels in the answer, the refresh token in a cookie that scripts cannot read. */
@Controller()
export class AuthController {
  private readonly secure: boolean;

  constructor(
    private readonly auth: AuthService,
    @Inject(SETTINGS) private readonly settings: ConsoleSettings,
  ) {
    this.secure = settings.publicUrl.startsWith('https:');
  }

  @Post('api/auth/login')
  @Access('public')
  @Answers(session)
  async login(
    @Body({ schema: loginBody }) body: LoginBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Session> {
    assertOwnOrigin(request, this.settings.publicUrl, false);
    return this.answer(reply, await this.auth.login(body, clientOf(request)));
  }

  @Post('api/auth/refresh')
  @Access('public')
  @Answers(session)
  async refresh(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Session> {
    assertOwnOrigin(request, this.settings.publicUrl, true);
    return this.answer(
      reply,
      await this.auth.refresh(readRefreshCookie(request, this.secure), clientOf(request)),
    );
  }

  @Post('api/auth/logout')
  @Access('public')
  @Answers(null, 204)
  async logout(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    // A bearer token cannot be sent by another site's form: with one the header is not needed.
    const { authorization } = request.headers;
    assertOwnOrigin(request, this.settings.publicUrl, authorization === undefined);
    await this.auth.logout(readRefreshCookie(request, this.secure), authorization);
    clearRefreshCookie(reply, this.secure);
  }

  @Post('api/me/password')
  @Access('user')
  @BeforePasswordChange()
  @Answers(session)
  async changePassword(
    @Caller() caller: Identity,
    @Body({ schema: changePasswordBody }) body: ChangePasswordBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Session> {
    return this.answer(reply, await this.auth.changePassword(caller, body, clientOf(request)));
  }

  private answer(reply: FastifyReply, opened: OpenedSession): Session {
    setRefreshCookie(reply, opened.refreshToken, this.secure);
    return opened.session;
  }
}

const clientOf = (request: FastifyRequest): Client => ({
  ip: request.ip,
  userAgent: request.headers['user-agent']?.slice(0, 300) ?? null,
});
