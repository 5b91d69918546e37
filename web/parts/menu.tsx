'use client';

import { useId, useRef, type KeyboardEvent, type ReactNode, type ToggleEvent } from 'react';
import { Icon, type IconName } from './icon.tsx';

export interface MenuProps {
  /** The content of the button that opens the menu. */
  readonly trigger: ReactNode;
  /** What the button is called, if its content does not say so. */
  readonly label?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/**
 * A button that opens a menu. The browser closes it on Escape and on a click elsewhere, and gives
 * the focus back; arrow keys, Home and End go through its items.
 */
export function Menu({ trigger, label, className, children }: MenuProps): ReactNode {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const onToggle = ({ newState }: ToggleEvent<HTMLDivElement>): void => {
    button.current?.setAttribute('aria-expanded', String(newState === 'open'));
    if (newState !== 'open' || list.current === null || button.current === null) return;
    place(list.current, button.current);
    itemsOf(list.current)[0]?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded="false"
        popoverTarget={id}
      >
        {trigger}
      </button>
      {/* A click on an item ends the menu, after the item's own handler. */}
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        className="menu"
        onToggle={onToggle}
        onKeyDown={onKeyDown}
        onClick={({ currentTarget }) => currentTarget.hidePopover()}
      >
        {children}
      </div>
    </>
  );
}

function itemsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('[role^=menuitem]:not(:disabled)')];
}

/** Puts the menu below its button, or above it where there is no room, and within the window. */
function place(list: HTMLElement, button: HTMLElement): void {
  const anchor = button.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const gap = 6;
  const below = anchor.bottom + gap;
  const fitsBelow = below + height <= window.innerHeight;
  const top = fitsBelow ? below : Math.max(gap, anchor.top - gap - height);
  const isOnTheLeft = anchor.left + width <= window.innerWidth - gap;
  const left = isOnTheLeft ? anchor.left : Math.max(gap, anchor.right - width);
  list.style.top = `${top}px`;
  list.style.left = `${left}px`;
}

function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
  const items = itemsOf(event.currentTarget);
  const index = items.findIndex((item) => item === document.activeElement);
  const next = nextIndex(event.key, index, items.length);
  if (event.key === 'Tab') event.currentTarget.hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  items[next]?.focus();
}

function nextIndex(key: string, index: number, length: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return (index + 1) % length;
    case 'ArrowUp':
      return (index - 1 + length) % length;
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return undefined;
  }
}

export interface MenuItemProps {
  readonly icon?: IconName;
  readonly kind?: 'plain' | 'danger';
  /** Whether this is what is chosen; absent for an action. */
  readonly isChecked?: boolean;
  readonly isDisabled?: boolean;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

/** An action of a menu, or one of its choices. */
export function MenuItem(props: MenuItemProps): ReactNode {
  const { icon, kind = 'plain', isChecked, isDisabled = false, onSelect, children } = props;
  return (
    <button
      type="button"
      role={isChecked === undefined ? 'menuitem' : 'menuitemcheckbox'}
      aria-checked={isChecked}
      className={kind === 'danger' ? 'row danger' : 'row'}
      disabled={isDisabled}
      tabIndex={-1}
      onClick={onSelect}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
      {isChecked === true && <Icon name="check" size="small" />}
    </button>
  );
}
