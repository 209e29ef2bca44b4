# One image for the API, the workers and `migrate`; the words after `bin/acceptd.js` say which (see docker-compose.yml).
# Debian, not Alpine: what native packages ship is built for glibc.

FROM node:26-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without the development tools and without the embedded Postgres: in a container DATABASE_URL names the database.
# Without scripts: the only one of ours fetches a newer Node for old machines, and this Node is new enough.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:26-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0
# Node runs the TypeScript as it is, so there is nothing to build. (It would not under node_modules: keep it in /app.)
COPY package.json openapi.yaml ./
COPY --from=packages /app/node_modules ./node_modules
COPY bin ./bin
COPY migrations ./migrations
COPY src ./src
# Nothing is written here, so the files stay root's.
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
# Not through npm, which would stand between the signal and the server.
CMD ["node", "bin/acceptd.js", "serve"]
