// Tokens as another implementation makes them: jsonwebtoken, with a secret that the server under test was given.
import jwt from 'jsonwebtoken';

export const secret = 'journeys-only-secret-of-more-than-32-bytes';

// claims: more claims, or expiresIn (seconds; negative for the past).
export function token(userId, { expiresIn = 3600, ...claims } = {}) {
  return jwt.sign({ sub: userId, name: `Name of ${userId}`, ...claims }, secret, { algorithm: 'HS256', expiresIn });
}
