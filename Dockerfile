# Holdfast as one file on Node: no node_modules, at run time it calls Git, OpenSSH and kubectl.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG KUBECTL_IMAGE=registry.k8s.io/kubectl:v1.36.3

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-progress
COPY . .
RUN node dev/build.ts

FROM ${KUBECTL_IMAGE} AS kubectl

FROM ${NODE_IMAGE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git openssh-client \
 && rm -rf /var/lib/apt/lists/*
# ssh refuses to run for a user that has no name.
RUN echo 'holdfast:x:65532:65532:Holdfast:/nonexistent:/usr/sbin/nologin' >> /etc/passwd \
 && echo 'holdfast:x:65532:' >> /etc/group
COPY --from=kubectl /bin/kubectl /usr/local/bin/kubectl
COPY --from=build /build/dist/holdfast.mjs /build/dist/holdfast.mjs.LEGAL.txt /opt/holdfast/
# Memory that was freed goes back to the system instead of staying with the thread that used it.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072
USER 65532:65532
# V8 would else keep the garbage of the first lists, half of all memory, until it has a reason to look for it.
ENTRYPOINT ["node", "--optimize-for-size", "/opt/holdfast/holdfast.mjs"]
CMD ["run"]
