/** What a network device is plugged into. Frames begin with their Ethernet header and carry no checksum at their end. */
export interface NetworkPeer {
  /** Takes a frame of the driver, which is the peer's from then on. A frame that is not taken is lost. */
  send(frame: Uint8Array): void | Promise<void>;
  /** Who hears the frames for the driver, which stay the peer's; null: nobody any more. */
  receive(listener: ((frame: Uint8Array) => void) | null): void;
}

class End implements NetworkPeer {
  other: End | null = null;
  #listener: ((frame: Uint8Array) => void) | null = null;

  send(frame: Uint8Array): void {
    if (this.other !== null) this.other.#listener?.(frame);
  }

  receive(listener: ((frame: Uint8Array) => void) | null): void {
    this.#listener = listener;
  }
}

/** Joins two network devices: what one sends the other receives. */
export function networkCable(): readonly [NetworkPeer, NetworkPeer] {
  const ends = [new End(), new End()] as const;
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return ends;
}

/** Sends every frame back as it is. */
export function networkEcho(): NetworkPeer {
  const end = new End();
  end.other = end;
  return end;
}
