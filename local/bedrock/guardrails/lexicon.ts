/** A few words for each content filter: enough to try one out, not enough to rely on. */
export const contentFilterPatterns: Readonly<Record<string, RegExp>> = {
  HATE: /\b(?:hate (?:all|those|these)|subhuman|inferior race)\b|差別|劣等/iu,
  INSULTS: /\b(?:idiot|moron|stupid fool|worthless)\b|馬鹿|バカ|アホ/iu,
  SEXUAL: /\b(?:porn\w*|explicit sex\w*|nude\w*)\b|ポルノ|わいせつ/iu,
  VIOLENCE:
    /\b(?:kill (?:him|her|them|people|someone)|murder|massacre|build a bomb)\b|殺す|殺害|爆弾/iu,
  MISCONDUCT: /\b(?:hack into|steal|launder money|shoplift\w*|forge documents)\b|盗む|詐欺|偽造/iu,
  PROMPT_ATTACK:
    /\b(?:ignore|disregard|forget) (?:all |any )?(?:the |your )?(?:previous|prior|above|earlier) (?:instructions|prompts?|rules)\b|\bjailbreak\b|これまでの指示を(?:無視|忘れ)/iu,
};

/** The words of the managed word list. */
export const profanity = /\b(?:damn|shit|fuck\w*|bastard|bullshit|crap)\b/iu;

/** Sensitive information with a recognisable format. Names and addresses have none. */
export const piiPatterns: Readonly<Record<string, RegExp>> = {
  EMAIL: /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/u,
  PHONE: /(?<![\d-])(?:\+?\d{1,3}[ -]?)?(?:\(\d{2,4}\)|\d{2,4})[ -]\d{3,4}[ -]\d{4}(?![\d-])/u,
  CREDIT_DEBIT_CARD_NUMBER: /(?<!\d)(?:\d{4}[ -]?){3}\d{4}(?!\d)/u,
  US_SOCIAL_SECURITY_NUMBER: /(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)/u,
  IP_ADDRESS: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/u,
  URL: /https?:\/\/[^\s"'<>]+/u,
  AWS_ACCESS_KEY: /(?:AKIA|ASIA)[A-Z0-9]{16}/u,
  MAC_ADDRESS: /(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}/u,
  INTERNATIONAL_BANK_ACCOUNT_NUMBER: /\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b/u,
};
