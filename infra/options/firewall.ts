import { Annotations, type Stack } from 'aws-cdk-lib';
import { CfnStage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { partsOf } from '#infra/options/stack-parts.ts';

/** How much of a body WAF inspects, in KB: these and no others. */
export const inspectedKb = ['16', '32', '48', '64'] as const;

export interface FirewallOptions {
  /** Requests of one address in five minutes. */
  readonly requestsPer5Minutes: number;
  /** The greatest body of a request. */
  readonly bodyKb: (typeof inspectedKb)[number];
}

/** Puts WAF before the REST API. WAF cannot stand before a Function URL. */
export function addFirewall(stack: Stack, options: FirewallOptions): void {
  Annotations.of(stack).addInfo(
    'waf: protects the REST API only. AWS WAF cannot be associated with Function URLs.',
  );
  const firewall = new CfnWebACL(stack, 'Firewall', {
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: visibility('Firewall'),
    rules: rules(options),
    // The default is 16 KB, and all larger bodies would be too large.
    associationConfig: {
      requestBody: { API_GATEWAY: { defaultSizeInspectionLimit: `KB_${options.bodyKb}` } },
    },
  });
  for (const stage of partsOf(stack, CfnStage)) {
    new CfnWebACLAssociation(stack, 'FirewallAssociation', {
      webAclArn: firewall.attrArn,
      resourceArn: stack.formatArn({
        service: 'apigateway',
        account: '',
        resource: '/restapis',
        resourceName: `${stage.restApiId}/stages/${stage.ref}`,
      }),
    });
  }
}

function rules({ requestsPer5Minutes, bodyKb }: FirewallOptions): CfnWebACL.RuleProperty[] {
  return [
    {
      name: 'RequestsOfOneAddress',
      priority: 0,
      action: { block: {} },
      statement: {
        rateBasedStatement: {
          aggregateKeyType: 'IP',
          evaluationWindowSec: 300,
          limit: requestsPer5Minutes,
        },
      },
      visibilityConfig: visibility('RequestsOfOneAddress'),
    },
    {
      name: 'LargeBodies',
      priority: 1,
      action: { block: {} },
      statement: {
        sizeConstraintStatement: {
          // A body that is longer than what is inspected counts as larger.
          fieldToMatch: { body: { oversizeHandling: 'MATCH' } },
          comparisonOperator: 'GT',
          size: Number(bodyKb) * 1_024,
          textTransformations: [{ priority: 0, type: 'NONE' }],
        },
      },
      visibilityConfig: visibility('LargeBodies'),
    },
  ];
}

/** Without samples of requests, which would show credentials. */
function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
