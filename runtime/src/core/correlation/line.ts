/** What can stand in a line. A thing stands in one line at a time. */
export interface Linked<T extends Linked<T>> {
  line: Line<T> | null;
  previous: T | null;
  next: T | null;
}

/** A queue that things can leave from the middle in O(1), which an array cannot do. Allocates nothing. */
export class Line<T extends Linked<T>> {
  head: T | null = null;
  #tail: T | null = null;
  length = 0;

  push(item: T): void {
    item.line = this;
    item.previous = this.#tail;
    item.next = null;
    if (this.#tail === null) this.head = item;
    else this.#tail.next = item;
    this.#tail = item;
    this.length++;
  }

  remove(item: T): void {
    const { previous, next } = item;
    if (previous === null) this.head = next;
    else previous.next = next;
    if (next === null) this.#tail = previous;
    else next.previous = previous;
    item.line = null;
    item.previous = null;
    item.next = null;
    this.length--;
  }

  toArray(): T[] {
    const items: T[] = [];
    for (let item = this.head; item !== null; item = item.next) items.push(item);
    return items;
  }
}
