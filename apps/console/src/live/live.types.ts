import type { DefaultEventsMap, Namespace, Server, Socket } from 'socket.io';
import type { ClientToServerEvents, Role, ServerToClientEvents } from '@weir/contracts';

/** What the server knows about one socket. Set in the handshake, before the client hears anything. */
export interface LiveState {
  readonly userId: string;
  readonly accountId: string;
  sessionFamily: string;
  /** Version of the user's tokens when this one was signed. */
  tokenVersion: number;
  role: Role;
  /** Instant, ms, at which the socket is cut unless renewed. */
  expiresAtMs: number;
  /** What the client said it has applied; null = wants no replay. */
  since: number | null;
  /** Last durable seq sent; null until the first replay is done. */
  seq: number | null;
  /** Messages in the second that began at `windowMs`. */
  messages: number;
  windowMs: number;
}

export type LiveServer = Server<
  ClientToServerEvents,
  ServerToClientEvents,
  DefaultEventsMap,
  LiveState
>;
export type LiveNamespace = Namespace<
  ClientToServerEvents,
  ServerToClientEvents,
  DefaultEventsMap,
  LiveState
>;
export type LiveSocket = Socket<
  ClientToServerEvents,
  ServerToClientEvents,
  DefaultEventsMap,
  LiveState
>;

/** Room of one account; joined by the server from the verified token only (E-T2). */
export const accountRoom = (accountId: string): string => `account:${accountId}`;
/** Room of operators and admins. */
export const OPERATORS_ROOM = 'operators';
