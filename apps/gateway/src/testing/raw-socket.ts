import { connect, type Socket } from 'node:net';

/** Sends raw bytes and answers what came back until the socket closed or `enough` matched. */
export async function rawExchange(port: number, bytes: string, enough: RegExp): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (enough.test(text)) socket.destroy();
    });
    socket.on('close', () => {
      resolve(text);
    });
    socket.on('error', reject);
  });
}

/** A connection that says nothing by itself. Errors only end it. */
export async function openSocket(port: number): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
