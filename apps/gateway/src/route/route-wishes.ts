import { routeObject } from '@weir/contracts';
import { NO_WISHES, routeOptionsOf } from '@weir/data';
import {
  resolveRouting,
  routingProblem,
  type PseudoModel,
  type RouteOptions,
  type Routing,
  type RoutingLevel,
} from '@weir/domain';
import type { Call } from '../request/call.js';

/** The member of a request that says how to route it. It is for Weir alone and never forwarded. */
const MEMBER = 'route';
const KNOWN = Object.keys(routeObject.shape).join(', ');

/** A `route` object that cannot be followed, naming the member at fault. */
export interface WishProblem {
  readonly message: string;
  readonly param: string;
}

/** Whether a request says how to route it, which almost none does. */
export function hasRouteMember(call: Call): boolean {
  for (const { name } of call.object.members) if (name === MEMBER) return true;
  return false;
}

/** How a request is routed: its own wishes, then its pseudo-model's, its key's and its account's. */
export function routingOf(
  call: Call,
  pseudo: PseudoModel | null,
  stored: readonly RoutingLevel[],
): Routing | WishProblem {
  const own = hasRouteMember(call) ? ownWishes(call) : null;
  if (own !== null && 'message' in own) return own;
  const levels: RoutingLevel[] = [];
  if (own !== null) levels.push({ source: 'request', options: own });
  if (pseudo !== null && pseudo.policy !== null) {
    levels.push({ source: 'model', options: { ...NO_WISHES, policy: pseudo.policy } });
  }
  const routing = resolveRouting([...levels, ...stored]);
  const problem = routingProblem(routing);
  if (problem === null) return routing;
  const param = `${MEMBER}.${problem.param}`;
  return { message: `\`${param}\`: ${problem.message}`, param };
}

/** Reads the member from its bytes: a body that was parsed beside the event loop kept none of it. */
function ownWishes(call: Call): RouteOptions | WishProblem {
  const member = call.object.members.find(({ name }) => name === MEMBER);
  if (member === undefined) return NO_WISHES;
  // The whole body was parsed before, so this part of it is JSON.
  const value: unknown = JSON.parse(call.body.toString('utf8', member.valueStart, member.valueEnd));
  const parsed = routeObject.safeParse(value);
  if (parsed.success) return routeOptionsOf(parsed.data);
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const param = `${MEMBER}.${issue.keys[0] ?? ''}`;
    return { param, message: `\`${param}\` is not known. \`${MEMBER}\` takes ${KNOWN}.` };
  }
  const param = [MEMBER, ...(issue?.path ?? [])].join('.');
  return { param, message: `\`${param}\`: ${issue?.message ?? 'not a valid value.'}` };
}
