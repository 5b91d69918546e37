import { redirect } from 'next/navigation';

/** Redirects to the chat, the only page. */
export default function Home(): never {
  redirect('/chat');
}
